/* One source for both types: includes the file named by TYPED_TEXT twice, with REAL the element type and
 * TYPED(name) a name with the type's suffix. No include guard, as it is included once per TYPED_TEXT. */
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

/* Calls the variant for the view's type. */
#ifndef BY_TYPE
#define BY_TYPE(view, name, ...) ((view)->type == IB_F32 ? name##_f32(__VA_ARGS__) : name##_f64(__VA_ARGS__))
#endif
