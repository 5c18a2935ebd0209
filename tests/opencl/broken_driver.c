/* A library that a .icd file may name, and that is no OpenCL driver. */
int no_driver(void);

int no_driver(void)
{
    return 0;
}
