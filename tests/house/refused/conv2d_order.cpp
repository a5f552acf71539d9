// Must not compile. The compiler says: in_channels
#include <triptych/eager.h>

triptych::eager::nn::Conv2d conv({.out_channels = 8, .in_channels = 1, .kernel_size = 3});
