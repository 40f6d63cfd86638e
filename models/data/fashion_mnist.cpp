// The images come from Debian's package dataset-fashion-mnist as gzip IDX files; the class names are those of the
// paper's table 2, in the order of its labels.
#include <gradpath/models/data/fashion_mnist.hpp>

namespace gradpath::models {

DataSet fashion_mnist(const FashionMnist& o) {
    require<IoError>(std::filesystem::is_directory(o.folder), "fashion-mnist: the data are not in ", o.folder.string(),
                     "; install the Debian package dataset-fashion-mnist");
    DataSet data = idx_folder(
        o.folder, o.part,
        {"t-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"});
    data.name = "fashion-mnist";
    return data;
}

}  // namespace gradpath::models
