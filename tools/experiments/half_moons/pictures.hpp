#pragma once
// What can be seen of a network on two moons.
#include <gradpath/tools/experiments/half_moons/methods.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools::half_moons {

/// The piece of the plane that pictures show, with the model's belief in class 1 as its colour: blue for 0, red for 1.
Ground ground_of(const Function& f);

/// The model's surface with ellipses of its metric, straight and geodesic ways, and points coloured by the size of
/// their attribution.
Section pictures(const Trained& trained);
/// The plane with handles: Integrated Gradients and Geodesic IG of one function, by fast marching between every place
/// of a grid for the input and one for the baseline.
Section teaching_page(const Trained& trained);

}  // namespace gradpath::tools::half_moons
