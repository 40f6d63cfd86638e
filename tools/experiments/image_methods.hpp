#pragma once
// The competitors of the study of images.
#include <limits>
#include <span>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/tools/experiments/same_question.hpp>

namespace gradpath::tools::masked_images {

inline constexpr double not_there = std::numeric_limits<double>::quiet_NaN();

/// A network and the images that it explains.
struct Subject {
    models::DataSet test;
    attribution::Model f;
    Tensor x;
    Question question;
    double accuracy;
    bool quick;
};

/// What a method says of all images.
struct Method {
    const char* name;
    double comprehensiveness, log_odds;  ///< the paper's areas, on Pascal VOC; not_there: it has none
    Tensor (*run)(const Subject&);
    const char* note = "";
};
/// In the order of the table.
std::span<const Method> methods();
/// Ten of the test images.
Tensor other_images(const Subject& subject);

}  // namespace gradpath::tools::masked_images
