#include "kernels.h"

#include <stdlib.h>
#include <string.h>

/* Linear search is enough: a program has few kernels. */
static struct ib_kernel_started *find(const struct ib_kernel_list *list, const char *name)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (strcmp(list->at[i].name, name) == 0)
            return &list->at[i];
    return NULL;
}

static bool grow(struct ib_kernel_list *list)
{
    const uint32_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
    struct ib_kernel_started *grown = realloc(list->at, capacity * sizeof *grown);
    if (grown == NULL)
        return false;
    list->at = grown;
    list->capacity = capacity;
    return true;
}

static struct ib_kernel_started *append(struct ib_kernel_list *list, const char *name)
{
    if (list->n == list->capacity && !grow(list))
        return NULL;
    char *copy = strdup(name);
    if (copy == NULL)
        return NULL;
    list->at[list->n] = (struct ib_kernel_started){.name = copy};
    return &list->at[list->n++];
}

void ib_kernel_list_add(struct ib_kernel_list *list, const char *name)
{
    const char *known = name != NULL ? name : "(without a name)";
    struct ib_kernel_started *kernel = find(list, known);
    if (kernel == NULL)
        kernel = append(list, known);
    if (kernel != NULL)
        kernel->count++;
    else
        list->incomplete = true;
}

bool ib_kernel_list_get(const struct ib_kernel_list *list, uint32_t i, const char **name, uint64_t *count)
{
    if (list->incomplete || i >= list->n)
        return false;
    *name = list->at[i].name;
    *count = list->at[i].count;
    return true;
}

void ib_kernel_list_clear(struct ib_kernel_list *list)
{
    for (uint32_t i = 0; i < list->n; i++)
        free(list->at[i].name);
    free(list->at);
    *list = (struct ib_kernel_list){0};
}
