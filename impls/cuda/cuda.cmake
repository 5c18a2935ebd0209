# CUDA: the compiler, the kernels, and the sources and libraries of the CUDA plugins. Without nvcc, only these are left
# out.
set(cuda_plugins cuda_naive cuda_cublas cuda_graph cuda_fused)
foreach(name IN LISTS cuda_plugins)
    set(plugin_library_${name} ironbench_cuda)
endforeach()

if(NOT IRONBENCH_CUDA)
    return()
endif()
include(CheckLanguage)
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(nvcc nvcc HINTS /usr/local/cuda/bin)
    if(nvcc)
        set(CMAKE_CUDA_COMPILER ${nvcc})
    endif()
endif()
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
    message(STATUS "CUDA: not built, nvcc was not found")
    return()
endif()
# `native` would need a GPU. The last architecture includes PTX, from which drivers compile for newer devices.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 90)
endif()
enable_language(CUDA)
find_package(CUDAToolkit)
if(NOT CUDAToolkit_FOUND)
    message(STATUS "CUDA: not built, its libraries were not found")
    return()
endif()

# cuda_kernels(TARGET NAME): the kernels kernels/cuda/NAME_*.cu; one file per type, so that nvcc can reject doubles in
# f32. Spills and arrays in local memory are errors because they are slow without affecting results. -Xcompiler keeps
# nvcc's host code free of the C++ runtime.
function(cuda_kernels target name)
    add_library(${target} OBJECT kernels/cuda/${name}_f32.cu kernels/cuda/${name}_f64.cu)
    set_target_properties(${target} PROPERTIES CUDA_STANDARD 17 CUDA_VISIBILITY_PRESET hidden
                                               CUDA_RUNTIME_LIBRARY Shared)
    target_compile_options(${target} PRIVATE "SHELL:-Werror all-warnings"
        "SHELL:-Xptxas --warn-on-spills,--warn-on-local-memory-usage,-Werror" "SHELL:-Xcompiler -fno-exceptions,-fno-threadsafe-statics")
    set_source_files_properties(kernels/cuda/${name}_f32.cu PROPERTIES COMPILE_OPTIONS
                                "-Xptxas;--warn-on-double-precision-use")
endfunction()
cuda_kernels(ironbench_cuda_kernels kernels) # of all plugins
cuda_kernels(ironbench_cuda_fused_kernels fused)
cuda_kernels(ironbench_cuda_joined_kernels joined)

# For the error message on a GPU that the kernels were not built for.
list(TRANSFORM CMAKE_CUDA_ARCHITECTURES REPLACE "^([0-9]+)([0-9]).*" "\\1.\\2" OUTPUT_VARIABLE cuda_architectures)
list(JOIN cuda_architectures ", " cuda_architectures)
set_source_files_properties(impls/cuda/launch.c PROPERTIES COMPILE_DEFINITIONS
                            IB_CUDA_ARCHITECTURES="${cuda_architectures}")

# Linked into every plugin. Libraries are looked up in LD_LIBRARY_PATH, in the plugin's own folder, then in the toolkit
# it was built with. The objects are linked instead of the target so that the C compiler stays the linker driver.
add_library(ironbench_cuda INTERFACE)
target_link_libraries(ironbench_cuda INTERFACE $<TARGET_OBJECTS:ironbench_cuda_kernels> CUDA::cudart)
target_link_options(ironbench_cuda INTERFACE -Wl,--enable-new-dtags,--as-needed,--no-undefined)
file(GLOB cuda_sources CONFIGURE_DEPENDS impls/cuda/*.c)
file(GLOB cuda_blas_sources CONFIGURE_DEPENDS impls/cuda/cublas/*.c)
file(GLOB cuda_fused_sources CONFIGURE_DEPENDS impls/cuda/fused/*.c)
foreach(name IN LISTS cuda_plugins)
    set(plugin_parts_${name} ${cuda_sources} ironbench_kernels)
    set(plugin_rpath_${name} $ORIGIN ${CUDAToolkit_LIBRARY_DIR})
endforeach()
list(APPEND plugin_parts_cuda_cublas ${cuda_blas_sources} $<TARGET_OBJECTS:ironbench_cuda_joined_kernels> CUDA::cublas)
list(APPEND plugin_parts_cuda_fused ${cuda_fused_sources} $<TARGET_OBJECTS:ironbench_cuda_fused_kernels>)
