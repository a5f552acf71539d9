// Functions of keras.utils.
#pragma once

#include "triptych/keras/utils/arrays.h"
#include "triptych/keras/utils/feature_space.h"
#include "triptych/keras/utils/folder_labels.h"
#include "triptych/keras/utils/image_folder.h"
#include "triptych/keras/utils/images.h"
#include "triptych/keras/utils/plot_history.h"
#include "triptych/keras/utils/plot_model.h"
#include "triptych/keras/utils/progbar.h"
#include "triptych/keras/utils/text_folder.h"
#include "triptych/keras/utils/visualize.h"
