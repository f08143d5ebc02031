// Waiting for something that another process does, where nothing can be awaited: asks again and again until it is so.
#pragma once

#include <chrono>
#include <functional>

namespace freshet::testing {

// Whether `condition` came true before the time was over. Asks every few milliseconds, and once more at the end.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(20));

}  // namespace freshet::testing
