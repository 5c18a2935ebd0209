/* Parsing of messages; private to protocol/. */
#ifndef IB_PROTOCOL_UNPACK_H
#define IB_PROTOCOL_UNPACK_H

#include "base/error.h"

#include <jansson.h>

/* json_unpack that returns IB_EINVAL, naming a field that is missing or of the wrong type. */
#define IB_UNPACK(message, ...)                                                                              \
    do {                                                                                                     \
        json_error_t unpack_error;                                                                           \
        if (json_unpack_ex((json_t *)(uintptr_t)(message), &unpack_error, 0, __VA_ARGS__) != 0)              \
            return ib_fail(IB_EINVAL, "protocol", "%s", unpack_error.text);                                  \
    } while (0)

#endif
