# freshet_module(NAME <module> [DEPENDS <module>...] [LIBRARIES <target>...])
#
# One static library per module: sources in daemon/<module>/, headers in include/freshet/<module>/, unit tests in
# tests/unit/<module>/. DEPENDS are the allowed arrows; tests/checks/layering.sh holds the #includes against them.

option(FRESHET_SANITIZE "comma separated sanitizers, for example address,undefined" "")

add_library(freshet_warnings INTERFACE)
target_compile_options(freshet_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # g++ 12 is wrong about coroutine frames and about std::string's operator+, both at -O2 only (its bugs 109224 and 105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-mismatched-new-delete;-Wno-restrict>)
if(FRESHET_SANITIZE)
  add_compile_options(-fsanitize=${FRESHET_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FRESHET_SANITIZE})
endif()

function(freshet_module)
  cmake_parse_arguments(ARG "" "NAME" "DEPENDS;LIBRARIES" ${ARGN})
  set(target freshet_${ARG_NAME})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/daemon/${ARG_NAME}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE freshet_warnings)
  foreach(dependency IN LISTS ARG_DEPENDS)
    target_link_libraries(${target} PUBLIC freshet_${dependency})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY FRESHET_LAYERS "${ARG_NAME}:${ARG_DEPENDS}")
endfunction()
