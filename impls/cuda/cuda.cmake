# CUDA: the compiler, the kernels, and what the plugins of CUDA are made of. Without nvcc nothing of it is built, and
# everything else is.
foreach(name cuda_naive cuda_cublas cuda_graph)
    set(plugin_library_${name} ironbench_cuda)
endforeach()

include(CheckLanguage)
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(nvcc nvcc HINTS /usr/local/cuda/bin)
    if(nvcc)
        set(CMAKE_CUDA_COMPILER ${nvcc})
    endif()
endif()
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
    message(STATUS "CUDA: left out, there is no nvcc")
    return()
endif()
# `native` would need a GPU. The last one carries its PTX, from which drivers compile for newer devices.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 90)
endif()
enable_language(CUDA)
find_package(CUDAToolkit)
if(NOT CUDAToolkit_FOUND)
    message(STATUS "CUDA: left out, its libraries were not found")
    return()
endif()

# The kernels, once for all plugins; one file a type, as f32 must nowhere slip into double. A spill or an array in local
# memory is slow, and no result shows it. The last line keeps nvcc's host side free of the C++ run time.
add_library(ironbench_cuda_kernels OBJECT kernels/cuda/kernels_f32.cu kernels/cuda/kernels_f64.cu)
set_target_properties(ironbench_cuda_kernels PROPERTIES CUDA_STANDARD 17 CUDA_VISIBILITY_PRESET hidden
                                                        CUDA_RUNTIME_LIBRARY Shared)
target_compile_options(ironbench_cuda_kernels PRIVATE "SHELL:-Werror all-warnings"
    "SHELL:-Xptxas --warn-on-spills,--warn-on-local-memory-usage,-Werror" "SHELL:-Xcompiler -fno-exceptions,-fno-threadsafe-statics")
set_source_files_properties(kernels/cuda/kernels_f32.cu PROPERTIES COMPILE_OPTIONS
                            "-Xptxas;--warn-on-double-precision-use")

# What the host side tells a user whose GPU none of the kernels was built for.
list(TRANSFORM CMAKE_CUDA_ARCHITECTURES REPLACE "^([0-9]+)([0-9]).*" "\\1.\\2" OUTPUT_VARIABLE cuda_architectures)
list(JOIN cuda_architectures ", " cuda_architectures)
set_source_files_properties(impls/cuda/launch.c PROPERTIES COMPILE_DEFINITIONS
                            IB_CUDA_ARCHITECTURES="${cuda_architectures}")

# What every plugin is linked with. It finds the libraries beside itself, else in the toolkit that built it, and
# LD_LIBRARY_PATH comes first. Objects, not the target: the linker stays that of C.
add_library(ironbench_cuda INTERFACE)
target_link_libraries(ironbench_cuda INTERFACE $<TARGET_OBJECTS:ironbench_cuda_kernels> CUDA::cudart)
target_link_options(ironbench_cuda INTERFACE -Wl,--enable-new-dtags,--as-needed,--no-undefined)
file(GLOB cuda_sources CONFIGURE_DEPENDS impls/cuda/*.c)
file(GLOB cuda_blas_sources CONFIGURE_DEPENDS impls/cuda/cublas/*.c)
foreach(name cuda_naive cuda_cublas cuda_graph)
    set(plugin_parts_${name} ${cuda_sources} ironbench_kernels)
    set(plugin_rpath_${name} $ORIGIN ${CUDAToolkit_LIBRARY_DIR})
endforeach()
list(APPEND plugin_parts_cuda_cublas ${cuda_blas_sources} CUDA::cublas)
