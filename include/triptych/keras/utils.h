// Functions of keras.utils.
#pragma once

#include "triptych/keras/utils/arrays.h"
