#pragma once
// Generators of random functions. Where the integrated gradients are known by hand they come along.
#include <optional>
#include <span>
#include <string>

#include <gradpath/attribution/axioms/draws.hpp>

namespace gradpath::attribution::axioms {

/// A function, where it is explained, and what from.
struct Sample {
    Expression f;
    Point x, baseline;
    std::optional<Point> exact = {};  ///< integrated gradients, by a closed form
};

struct Generator {
    std::string name;
    bool smooth;  ///< twice differentiable everywhere
    Sample (*make)(Draws&);
};

/// multilinear polynomial separable ridge softplus-net; with kinks min-max homogeneous relu-net. To add one: a function
/// in functions.cpp and a line in the table at its end; every axiom about functions in general now tries it.
std::span<const Generator> generators();

/// Hundredths in -2 .. 2, for each feature.
Point random_point(Draws& draws, std::size_t features);
/// Two or three: small enough to print, enough to differ.
std::size_t random_width(Draws& draws);

}  // namespace gradpath::attribution::axioms
