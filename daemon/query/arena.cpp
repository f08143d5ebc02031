#include "arena.hpp"

#include <algorithm>

namespace freshet::query {
namespace {

void* allocate_in(void* arena, std::size_t size) {
    return static_cast<Arena*>(arena)->allocate(size);
}

void release_nothing(void*, void*) {}

}  // namespace

Arena::Arena() : allocator_{&allocate_in, &release_nothing, this} {}

void* Arena::allocate(std::size_t size) {
    return memory_.allocate(std::max<std::size_t>(size, 1));
}

char* Arena::text(std::string_view value) {
    auto* copy = static_cast<char*>(allocate(value.size() + 1));
    std::copy(value.begin(), value.end(), copy);
    copy[value.size()] = '\0';
    return copy;
}

}  // namespace freshet::query
