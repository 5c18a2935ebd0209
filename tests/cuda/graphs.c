/* Graphs: a handle is a recording. */
#include "mock.h"

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, enum cudaStreamCaptureMode mode)
{
    MOCK_TRY(mock_ready_outside_recording());
    (void)mode;
    return mock_answer(stream == NULL ? cudaErrorInvalidResourceHandle : mock_record_begin());
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t *graph)
{
    MOCK_TRY(mock_ready());
    *graph = (cudaGraph_t)mock_record_end();
    return mock_answer(stream != NULL && *graph != NULL ? cudaSuccess : cudaErrorStreamCaptureInvalidated);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags)
{
    MOCK_TRY(mock_ready_outside_recording());
    (void)flags;
    if (graph == NULL)
        return mock_answer(cudaErrorInvalidValue);
    *exec = mock_asked_for("no_graph")
                ? NULL
                : (cudaGraphExec_t)mock_record_copy((const struct mock_recording *)graph);
    return mock_answer(*exec == NULL ? cudaErrorMemoryAllocation : cudaSuccess);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t exec, cudaStream_t stream)
{
    MOCK_TRY(mock_ready_outside_recording());
    return mock_answer(exec == NULL || stream == NULL ? cudaErrorInvalidValue : cudaSuccess);
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream)
{
    MOCK_TRY(mock_ready_outside_recording());
    if (exec == NULL || stream == NULL)
        return mock_answer(cudaErrorInvalidValue);
    return mock_answer(mock_record_replay((const struct mock_recording *)exec));
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    mock_record_free((struct mock_recording *)graph);
    return mock_ready();
}

/* CUDA does not say what becomes of a graph that is destroyed while it runs. */
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    if (mock_record_waits((const struct mock_recording *)exec))
        return mock_answer(cudaErrorInvalidValue);
    mock_record_free((struct mock_recording *)exec);
    return mock_ready();
}
