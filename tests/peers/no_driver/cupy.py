"""CuPy where there is no driver: it can be imported, and no more."""

import numpy

asarray = numpy.asarray


class cuda:
    class runtime:
        def getDeviceCount():
            raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version")
