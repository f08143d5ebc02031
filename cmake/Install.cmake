# Where a package or `cmake --install` puts things. An existing configuration is never overwritten.
include(GNUInstallDirs)

if(TARGET freshetd)
  install(TARGETS freshetd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# freshet_install(<destination> <file or directory>...): installs those that exist.
function(freshet_install destination)
  foreach(path IN LISTS ARGN)
    if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/${path})
      install(DIRECTORY ${CMAKE_SOURCE_DIR}/${path} DESTINATION ${destination})
    elseif(EXISTS ${CMAKE_SOURCE_DIR}/${path})
      install(FILES ${CMAKE_SOURCE_DIR}/${path} DESTINATION ${destination})
    endif()
  endforeach()
endfunction()

freshet_install(${CMAKE_INSTALL_MANDIR}/man8 docs/freshetd.8)
freshet_install(${CMAKE_INSTALL_DATADIR}/freshet config/freshet.schema.json)
freshet_install(${CMAKE_INSTALL_DOCDIR} LICENSE CHANGELOG.md README.md docs/monitoring.md docs/runbooks.md
  docs/metrics.md docs/pictures)
freshet_install(${CMAKE_INSTALL_DOCDIR}/examples
  systemd/remote-database.conf config/sample config/prometheus config/alertmanager config/grafana)

# The unit in the repository names the paths of a package; another prefix changes them.
if(EXISTS ${CMAKE_SOURCE_DIR}/systemd/freshetd.service)
  file(READ ${CMAKE_SOURCE_DIR}/systemd/freshetd.service unit)
  string(REPLACE "/usr/bin/freshetd" "${CMAKE_INSTALL_FULL_BINDIR}/freshetd" unit "${unit}")
  string(REPLACE "/etc/freshet/" "${CMAKE_INSTALL_FULL_SYSCONFDIR}/freshet/" unit "${unit}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/freshetd.service CONTENT "${unit}" @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/generated/freshetd.service DESTINATION lib/systemd/system)
endif()

if(EXISTS ${CMAKE_SOURCE_DIR}/config/freshet.json)
  # file(INSTALL) puts DESTDIR in front by itself, EXISTS does not.
  install(CODE "
    set(folder \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/freshet\")
    if(NOT EXISTS \"\$ENV{DESTDIR}\${folder}/freshet.json\")
      file(INSTALL \"${CMAKE_SOURCE_DIR}/config/freshet.json\" DESTINATION \"\${folder}\")
    endif()")
endif()
