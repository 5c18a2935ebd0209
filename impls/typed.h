/* One text for both types: reads the file named by TYPED_TEXT twice, with REAL the element type and
 * TYPED(name) a name of that type's own. No include guard: it is read once for every such text. */
#define REAL        float
#define TYPED(name) name##_f32
#include TYPED_TEXT
#undef REAL
#undef TYPED

#define REAL        double
#define TYPED(name) name##_f64
#include TYPED_TEXT
#undef REAL
#undef TYPED
#undef TYPED_TEXT

/* Calls the variant that fits a view. */
#ifndef BY_TYPE
#define BY_TYPE(view, name, ...) ((view)->type == IB_F32 ? name##_f32(__VA_ARGS__) : name##_f64(__VA_ARGS__))
#endif
