/* The library that missing_library is linked to: it carries a name under which no file lies. */
int ironbench_not_there(void);

int ironbench_not_there(void)
{
    return 0;
}
