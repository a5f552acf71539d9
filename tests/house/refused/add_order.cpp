// Must not compile. The compiler says: in_features
#include <triptych/eager.h>

struct Net : triptych::eager::nn::Module {
  triptych::eager::nn::Linear& layer = add<triptych::eager::nn::Linear>("layer", {.out_features = 2, .in_features = 1});
};
