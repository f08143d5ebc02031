// Numbers as the tables show them.
#pragma once

#include <string>

namespace freshet::bench {

// By a printf format of one double.
std::string formatted(const char* format, double value);
// As many digits as say something: 1.23, 12.3, 123.
std::string three_digits(double value);

}  // namespace freshet::bench
