// Memory of parse trees: everything is freed at once, with the arena, so nodes may be shared and rewired freely.
// One thread at a time. Not movable: protobuf-c keeps its address.
#pragma once

#include <protobuf-c/protobuf-c.h>

#include <cstddef>
#include <memory_resource>
#include <string_view>

namespace freshet::query {

class Arena {
  public:
    Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    void* allocate(std::size_t size);
    // A zero-terminated copy.
    char* text(std::string_view value);
    ProtobufCAllocator* allocator() noexcept { return &allocator_; }

  private:
    std::pmr::monotonic_buffer_resource memory_;
    ProtobufCAllocator allocator_;
};

}  // namespace freshet::query
