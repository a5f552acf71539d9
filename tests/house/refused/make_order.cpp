// Must not compile. The compiler says: in_features
#include <triptych/eager.h>

auto made = triptych::eager::nn::make<triptych::eager::nn::Linear>({.out_features = 2, .in_features = 1});
