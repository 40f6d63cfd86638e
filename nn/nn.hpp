#pragma once
// Everything in this folder.
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/conv1d.hpp>
#include <gradpath/nn/conv2d.hpp>
#include <gradpath/nn/conv_transpose2d.hpp>
#include <gradpath/nn/data.hpp>
#include <gradpath/nn/dropout.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/nn/flatten.hpp>
#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>
#include <gradpath/nn/linear.hpp>
#include <gradpath/nn/loss.hpp>
#include <gradpath/nn/pool2d.hpp>
#include <gradpath/nn/prelu.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/nn/upsample.hpp>
