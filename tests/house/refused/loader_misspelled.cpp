// Must not compile. The compiler says: DataLoaderOptions
#include <triptych/eager.h>

void load(const triptych::data::TensorDataset& data) { triptych::data::DataLoader loader(data, {.batch = 32}); }
