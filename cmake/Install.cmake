include(GNUInstallDirs)
if(TARGET freshetd)
  install(TARGETS freshetd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
