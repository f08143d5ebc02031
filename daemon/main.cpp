#include "freshet/cli/main.hpp"

#include <iostream>

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return freshet::cli::run(arguments, freshet::cli::look_around(), std::cout, std::cerr);
}
