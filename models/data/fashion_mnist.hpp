#pragma once
// Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 + 10,000 grey images of clothes, 28 x 28, ten classes.
#include <filesystem>

#include <gradpath/models/data/idx.hpp>

namespace gradpath::models {

struct FashionMnist {
    Part part = Part::train;
    std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";  ///< where Debian's package puts it
};
/// x [rows, 1, 28, 28] in [0, 1]. Throws IoError, naming the package, if the folder is not there.
DataSet fashion_mnist(const FashionMnist& options = {});

}  // namespace gradpath::models
