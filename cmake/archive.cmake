# For cpack: fills the archive of the sources with what is committed, so that nothing else in the folder gets in.
if(NOT CPACK_PACKAGE_FILE_NAME STREQUAL CPACK_SOURCE_PACKAGE_FILE_NAME)
    return() # a binary package
endif()
set(source ${CMAKE_CURRENT_LIST_DIR}/..)
execute_process(COMMAND git -C ${source} -c tar.umask=0022 archive --format=tar HEAD
                COMMAND ${CMAKE_COMMAND} -E chdir ${CMAKE_INSTALL_PREFIX} tar -xf - RESULTS_VARIABLE statuses)
if(NOT statuses STREQUAL "0;0")
    message(FATAL_ERROR "the archive is made from a git repository, and ${source} is none that git can read")
endif()
