"""CuPy without a driver: it can only be imported."""

import numpy

asarray = numpy.asarray


class cuda:
    class runtime:
        def getDeviceCount():
            raise RuntimeError("cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version")
