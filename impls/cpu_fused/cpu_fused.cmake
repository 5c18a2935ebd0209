# cpu_fused_kernels(ISA VECTOR_BYTES FLAGS...): cpu_fused/kernels.c for one instruction set, as an object library. It is
# optimised in every build: it would otherwise not be vectors that are tested.
function(cpu_fused_kernels isa vector_bytes)
    add_library(cpu_fused_${isa} OBJECT impls/cpu_fused/kernels.c)
    target_link_libraries(cpu_fused_${isa} PRIVATE ironbench_flags)
    target_compile_definitions(cpu_fused_${isa} PRIVATE ISA=${isa} VECTOR_BYTES=${vector_bytes})
    target_compile_options(cpu_fused_${isa} PRIVATE ${ARGN} -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math
                                                    -Wno-psabi)
    set_target_properties(cpu_fused_${isa} PROPERTIES C_VISIBILITY_PRESET hidden)
    set(cpu_fused_isas ${cpu_fused_isas} cpu_fused_${isa} PARENT_SCOPE)
endfunction()

# Sanitizers would make minutes of its compilation; valgrind finds errors of memory there.
if(IRONBENCH_SANITIZE)
    set_source_files_properties(impls/cpu_fused/kernels.c PROPERTIES COMPILE_OPTIONS -fno-sanitize=all)
endif()
cpu_fused_kernels(baseline 16)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    cpu_fused_kernels(avx2 32 -mavx2 -mfma)
    cpu_fused_kernels(avx512 64 -mavx2 -mfma -mavx512f -mavx512dq -mavx512vl -mavx512bw -mprefer-vector-width=512)
endif()
