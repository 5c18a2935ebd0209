"""A stand-in for CuPy, based on NumPy, for what scripts/peers/cupy_peer.py uses. Like CuPy, it rejects operations that mix
device and host arrays. IRONBENCH_CUPY_LOG counts the copies between them."""

import functools
import os

import numpy

__version__ = "0 (a stand-in)"


class ndarray(numpy.ndarray):
    """An array on the device."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        for operand in inputs:
            if isinstance(operand, numpy.ndarray) and operand.ndim and not isinstance(operand, ndarray):
                raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        plain = [operand.view(numpy.ndarray) if isinstance(operand, ndarray) else operand for operand in inputs]
        return numpy.asarray(getattr(ufunc, method)(*plain, **kwargs)).view(ndarray)

    def get(self):
        count("down")
        return numpy.array(self.view(numpy.ndarray))


def count(direction):
    if "IRONBENCH_CUPY_LOG" in os.environ:
        with open(os.environ["IRONBENCH_CUPY_LOG"], "a") as log:
            log.write(direction + "\n")


def asarray(array):
    if isinstance(array, ndarray):
        return array
    count("up")
    return numpy.array(array).view(ndarray)


def asnumpy(array):
    return array.get() if isinstance(array, ndarray) else array


def zeros(shape):
    return numpy.zeros(shape).view(ndarray)


def mean(array, dtype):
    return numpy.asarray(numpy.mean(array.view(numpy.ndarray), dtype=dtype)).view(ndarray)


def fuse():
    return lambda function: functools.wraps(function)(lambda *operands: function(*operands))


exp, log, maximum, sqrt, tanh, logaddexp, square = (
    numpy.exp, numpy.log, numpy.maximum, numpy.sqrt, numpy.tanh, numpy.logaddexp, numpy.square)


class cuda:
    class Device:
        def synchronize(self):
            pass

    class runtime:
        def getDeviceCount():
            return 1

        def getDevice():
            return 0

        def getDeviceProperties(device):
            return {"name": b"no device at all"}

        def runtimeGetVersion():
            return 0
