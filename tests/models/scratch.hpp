#pragma once
// The folder that tests of models write to.
#include "support/folder.hpp"

using Scratch = gradpath::tests::TempFolder;
