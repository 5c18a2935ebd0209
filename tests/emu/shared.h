/* Shared memory of a block: the kernels' static arrays, of which there is one for all blocks, and one dynamic
 * array. */
#ifndef EMU_SHARED_H
#define EMU_SHARED_H

#include "races.h"

#include <cstddef>
#include <vector>

namespace emu
{

struct shared_array {
    void *memory;
    size_t bytes;
    /* Of a block that does not run now, while another one of its grid does. */
    std::vector<unsigned char> saved;
    races::saved_cells cells;
};

class shared_memory
{
  public:
    /* Forgets all static arrays, and makes a fresh dynamic one. */
    void begin(size_t dynamic_bytes);
    void end();
    /* The first note of an array in a block fills it with NaN. */
    void note(void *memory, size_t bytes);
    void *dynamic() const
    {
        return dynamic_;
    }
    size_t dynamic_bytes() const
    {
        return dynamic_bytes_;
    }
    /* Blocks of a cooperative launch take turns. */
    void swap_out();
    void swap_in();
    size_t bytes() const;

  private:
    std::vector<shared_array> arrays_;
    void *dynamic_ = nullptr;
    size_t dynamic_bytes_ = 0;
};

} // namespace emu

#endif
