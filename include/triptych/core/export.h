// What the shared library shows: everything is hidden unless marked.
#pragma once

#define TRIPTYCH_API [[gnu::visibility("default")]]

// For functions that CUDA kernels call, too.
#ifdef __CUDACC__
#define TRIPTYCH_HOST_DEVICE __host__ __device__
#else
#define TRIPTYCH_HOST_DEVICE
#endif
