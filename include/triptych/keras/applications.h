// Models that are known by name, built by one call.
#pragma once

#include "triptych/keras/applications/densenet.h"
#include "triptych/keras/applications/efficientnet.h"
#include "triptych/keras/applications/imagenet_utils.h"
#include "triptych/keras/applications/mobilenet_v2.h"
#include "triptych/keras/applications/resnet.h"
#include "triptych/keras/applications/transformers.h"
#include "triptych/keras/applications/vgg16.h"
