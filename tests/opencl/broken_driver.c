/* A library that is not an OpenCL driver, for a .icd file. */
int no_driver(void);

int no_driver(void)
{
    return 0;
}
