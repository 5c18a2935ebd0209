# Installation: the program in bin/, that of its workers in libexec/, plugins in lib/ironbench/, data in share/ironbench/.
# harness/base/paths.c finds them relative to the program, so the tree can be moved. For separate plugin projects: headers, a CMake package, and a
# pkg-config file.
include(CMakePackageConfigHelpers)

install(TARGETS ironbench RUNTIME DESTINATION bin)
install(TARGETS ironbench_worker RUNTIME DESTINATION libexec)
# OPTIONAL: the program lists a plugin that was not built as unavailable.
install(TARGETS ${shipped_plugins} LIBRARY DESTINATION lib/ironbench OPTIONAL)

set(data share/ironbench)
install(FILES ${PROJECT_BINARY_DIR}/commit.txt DESTINATION ${data})
file(GLOB result_files CONFIGURE_DEPENDS results/*.sql results/*.json results/*.css results/*.js results/*.md)
install(FILES ${result_files} DESTINATION ${data}/results)
install(DIRECTORY results/baselines DESTINATION ${data}/results)
install(DIRECTORY configs DESTINATION ${data})
install(DIRECTORY scripts/charts scripts/ci scripts/templates DESTINATION ${data}/scripts)
install(DIRECTORY scripts/slurm DESTINATION ${data}/scripts USE_SOURCE_PERMISSIONS)
install(DIRECTORY scripts/peers DESTINATION ${data}/scripts OPTIONAL USE_SOURCE_PERMISSIONS
        PATTERN __pycache__ EXCLUDE)
install(PROGRAMS scripts/new-impl.sh DESTINATION ${data}/scripts)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${data})
# The protocol of external programs, with examples.
install(FILES impls/README.md impls/PROTOCOL.md impls/AGENTS.md DESTINATION ${data}/impls)
install(DIRECTORY impls/external DESTINATION ${data}/impls)

# ---- completion and manual page, which the program prints ----

find_program(GZIP gzip REQUIRED) # Debian's manual pages are compressed, and every man reads such
set(shell_files)
foreach(shell bash zsh fish)
    list(APPEND shell_files completion.${shell})
    add_custom_command(OUTPUT completion.${shell} COMMAND ironbench completion ${shell} > completion.${shell}
                       DEPENDS ironbench)
endforeach()
add_custom_command(OUTPUT ironbench.1.gz COMMAND ironbench man > ironbench.1 COMMAND ${GZIP} -9nf ironbench.1
                   DEPENDS ironbench)
add_custom_target(shell_files ALL DEPENDS ${shell_files} ironbench.1.gz)
add_dependencies(program shell_files)

# Shells and man look into the share/ next to the bin/ of a command. In a wheel, the command is in the bin/ of the
# environment, and not next to the program.
set(shared share)
if(SKBUILD)
    set(shared ${SKBUILD_DATA_DIR}/share)
endif()
install(FILES ${PROJECT_BINARY_DIR}/ironbench.1.gz DESTINATION ${shared}/man/man1)
install(FILES ${PROJECT_BINARY_DIR}/completion.bash DESTINATION ${shared}/bash-completion/completions RENAME ironbench)
install(FILES ${PROJECT_BINARY_DIR}/completion.fish DESTINATION ${shared}/fish/vendor_completions.d RENAME ironbench.fish)
# In a package of Debian, zsh looks elsewhere.
install(FILES ${PROJECT_BINARY_DIR}/completion.zsh DESTINATION ${shared}/zsh/site-functions RENAME _ironbench COMPONENT zsh)
install(FILES ${PROJECT_BINARY_DIR}/completion.zsh DESTINATION share/zsh/vendor-completions RENAME _ironbench
        COMPONENT debian EXCLUDE_FROM_ALL)

# ---- for projects that build plugins ----

install(DIRECTORY impls/ironbench DESTINATION include FILES_MATCHING PATTERN "*.h")

file(STRINGS impls/ironbench/impl.h abi_line REGEX "^#define IB_ABI_MAJOR ")
string(REGEX MATCH "[0-9]+" abi_major "${abi_line}")

# The CMake package, for the installation and for the build folder: CMAKE_PREFIX_PATH may point to either.
set(package lib/cmake/ironbench)
set(package_include "\${CMAKE_CURRENT_LIST_DIR}/../../../include")
set(package_program "\${CMAKE_CURRENT_LIST_DIR}/../../../bin/ironbench")
configure_file(cmake/ironbench-config.cmake.in installed/ironbench-config.cmake @ONLY)
set(package_include ${PROJECT_SOURCE_DIR}/impls)
set(package_program ${PROJECT_BINARY_DIR}/ironbench)
configure_file(cmake/ironbench-config.cmake.in ironbench-config.cmake @ONLY)
write_basic_package_version_file(ironbench-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/installed/ironbench-config.cmake
              ${PROJECT_BINARY_DIR}/ironbench-config-version.cmake DESTINATION ${package})

configure_file(cmake/ironbench.pc.in ironbench.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ironbench.pc DESTINATION lib/pkgconfig)
