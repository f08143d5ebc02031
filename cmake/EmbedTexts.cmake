# freshet_embed(<target> <directory>...): every .sql, .json and .jsonc file below the directories becomes a string in
# freshet::sql::text("<path below the repository>").
function(freshet_embed target)
  set(files "")
  foreach(directory IN LISTS ARGN)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS
      ${CMAKE_SOURCE_DIR}/${directory}/*.sql ${CMAKE_SOURCE_DIR}/${directory}/*.json)
    list(APPEND files ${found})
  endforeach()
  set(output ${CMAKE_BINARY_DIR}/generated/${target}_texts.cpp)
  string(REPLACE ";" "\n" listing "${files}")
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/${target}_texts.list CONTENT "${listing}\n")
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DLIST=${CMAKE_BINARY_DIR}/generated/${target}_texts.list -DROOT=${CMAKE_SOURCE_DIR}
      -DOUTPUT=${output} -P ${CMAKE_SOURCE_DIR}/cmake/embed_texts_script.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_texts_script.cmake
      ${CMAKE_BINARY_DIR}/generated/${target}_texts.list
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
