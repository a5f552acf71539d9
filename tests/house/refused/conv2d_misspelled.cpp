// Must not compile. The compiler says: Conv2dOptions
#include <triptych/eager.h>

triptych::eager::nn::Conv2d conv({.in_chanels = 1, .out_channels = 8, .kernel_size = 3});
