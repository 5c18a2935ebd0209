# Packages by CPack: `cpack -G DEB` a Debian package, `cpack --config CPackSourceConfig.cmake` the committed sources as
# ironbench-VERSION.tar.gz. scripts/release makes and checks both.
set(CPACK_PACKAGE_NAME ironbench)
set(CPACK_PACKAGE_CONTACT "The ironbench authors <ironbench@example.org>" CACHE STRING "Maintainer of packages")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_CMAKE_PROJECTS "${PROJECT_BINARY_DIR};ironbench;Unspecified;/;${PROJECT_BINARY_DIR};ironbench;debian;/")

# ---- the Debian package ----

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "It trains the same model with many implementations and answers which is
fastest, whether its answer is right, and what the copying cost. Every answer
is compared with an oracle, and only verified implementations are ranked.")
# Libraries of the program and of its plugins. Without a recommended package, the report says what is missing.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox, hyperfine, pocl-opencl-icd, python3-numpy")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, gcc, git")

set(doc share/doc/ironbench)
string(TIMESTAMP package_date "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH, if it is set
configure_file(cmake/changelog.in package/changelog @ONLY)
execute_process(COMMAND ${GZIP} -9nkf ${PROJECT_BINARY_DIR}/package/changelog)
install(FILES ${PROJECT_BINARY_DIR}/package/changelog.gz DESTINATION ${doc} COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES cmake/copyright DESTINATION ${doc} COMPONENT debian EXCLUDE_FROM_ALL)

# ---- the sources ----

set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME ironbench-${PROJECT_VERSION})
set(CPACK_SOURCE_INSTALLED_DIRECTORIES "")
set(CPACK_SOURCE_STRIP_FILES OFF)
set(CPACK_INSTALL_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/archive.cmake) # cpack calls it for both kinds
include(CPack)
