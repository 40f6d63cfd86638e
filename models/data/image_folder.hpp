#pragma once
// Folders of PNG images, one folder per class.
#include <filesystem>

#include <gradpath/models/data/part.hpp>

namespace gradpath::models {

/// Does the folder hold folders with PNG files, at once or below train and test?
bool is_image_folder(const std::filesystem::path& folder);
/// FOLDER/class/*.png, cut as any file is, or FOLDER/{train,test}/class/*.png; classes and files in order of name,
/// other files left alone. x [rows, channels, height, width] in 0 .. 1, one channel if all images are grey, else three;
/// alpha is dropped. Throws IoError, naming the file, for an image of another size than the first or a class that
/// training does not know.
DataSet image_folder(const std::filesystem::path& folder, Part part);

}  // namespace gradpath::models
