// An epoch for who tells an empty one himself.
#pragma once

#include "triptych/core/data/loader.h"

namespace triptych::data {

/// As `loader.begin()`, but an epoch without a batch is no error: the iterator is at its end.
DataLoader::Iterator start_epoch(DataLoader& loader);

}  // namespace triptych::data
