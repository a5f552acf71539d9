// Functions of keras.utils.
#pragma once

#include "triptych/keras/utils/arrays.h"
#include "triptych/keras/utils/text_folder.h"
