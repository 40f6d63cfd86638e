// A shape is a rule on the offset of a pixel from the centre, in units of the radius. Everything random about a row is
// read at fixed positions of stream 0 (16 per row) and its noise from stream 1, so rows do not depend on one another.
// For the label "contains a disk" the label is tossed first, so that both classes are equally likely, then kinds that
// agree with it.
#include <gradpath/models/data/shapes.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/random.hpp>

namespace gradpath::models {
namespace {

constexpr Index side = 32, pixels = side * side;
constexpr double least_radius = 4, most_radius = 7;  // two of the largest fit side by side

bool covers(Kind kind, double x, double y) {
    switch (kind) {
        case Kind::disk: return x * x + y * y <= 1;
        case Kind::square: return std::max(std::abs(x), std::abs(y)) <= 0.85;
        case Kind::triangle: return y >= -1 && y <= 1 && std::abs(x) <= (y + 1) / 2;
        case Kind::cross: break;
    }
    return std::min(std::abs(x), std::abs(y)) <= 1.0 / 3 && std::max(std::abs(x), std::abs(y)) <= 1;
}

// The uniform draws of one row, in their order.
class Draws {
public:
    Draws(std::uint64_t seed, Index row) : seed_(seed), position_(static_cast<std::uint64_t>(row) * 16) {}
    double between(double low, double high) { return low + (high - low) * random::uniform_at(seed_, 0, position_++); }
    Index below(Index count) { return static_cast<Index>(between(0, static_cast<double>(count))); }

private:
    std::uint64_t seed_, position_;
};

struct Drawn {
    Kind kind;
    double x, y, radius, grey;
};

// A shape whose centre's column leaves it within first .. last.
Drawn draw(Kind kind, double first, double last, Draws& draws) {
    const double radius = draws.between(least_radius, most_radius);
    const double x = draws.between(first + radius, last - radius), y = draws.between(radius, side - 1 - radius);
    return {kind, x, y, radius, draws.between(0.5, 1)};
}

struct Kinds {
    Kind left, right;
    Index label;
};

Kinds choose(ShapeLabel rule, bool two, Draws& draws) {
    const bool disk = draws.below(2) == 1, disk_right = draws.below(2) == 1 && two;
    const Index any_left = draws.below(4), any_right = draws.below(4), other_left = draws.below(3),
                other_right = draws.below(3);
    if (rule == ShapeLabel::left_kind) return {static_cast<Kind>(any_left), static_cast<Kind>(any_right), any_left};
    if (!disk) return {static_cast<Kind>(1 + other_left), static_cast<Kind>(1 + other_right), 0};
    if (disk_right) return {static_cast<Kind>(any_left), Kind::disk, 1};
    return {Kind::disk, static_cast<Kind>(any_right), 1};
}

void paint(const Drawn& shape, float* image, float* mask) {
    for (Index i = 0; i < pixels; ++i) {
        const double x = (static_cast<double>(i % side) - shape.x) / shape.radius;
        const double y = (static_cast<double>(i / side) - shape.y) / shape.radius;
        if (!covers(shape.kind, x, y)) continue;
        image[i] += static_cast<float>(shape.grey);
        mask[i] = 1;
    }
}

// Where one row is drawn: its pixels, all zero so far, and its masks.
struct Canvas {
    float *image, *evidence, *left, *right;
};

// Draws a row and returns its label.
Index make_row(const Shapes& o, Index row, std::span<const float> noise, const Canvas& canvas) {
    Draws draws(o.seed, row);
    const bool two = draws.below(2) == 1 || o.two_objects, by_left = o.label == ShapeLabel::left_kind;
    const Kinds kinds = choose(o.label, two, draws);
    paint(draw(kinds.left, 0, two ? side / 2 - 1 : side - 1, draws), canvas.image, canvas.left);
    if (two) paint(draw(kinds.right, side / 2, side - 1, draws), canvas.image, canvas.right);
    const bool left_counts = by_left || kinds.left == Kind::disk, right_counts = !by_left && kinds.right == Kind::disk;
    for (Index i = 0; i < pixels; ++i) {
        canvas.evidence[i] = std::max(left_counts ? canvas.left[i] : 0, right_counts ? canvas.right[i] : 0);
        canvas.image[i] += static_cast<float>(o.noise) * noise[static_cast<std::size_t>(i)];
    }
    return kinds.label;
}

}  // namespace

ShapeImages shapes(const Shapes& o) {
    require(o.rows >= 0, "shapes: rows must not be negative but is ", o.rows);
    require(std::isfinite(o.noise) && o.noise >= 0, "shapes: noise must be finite and not negative but is ", o.noise);
    const Tensor noise = random::normal({o.rows, pixels}, {.seed = o.seed, .stream = 1});
    const auto count = static_cast<std::size_t>(o.rows * pixels);
    std::vector<float> images(count), masks(count), left(count), right(count);
    std::vector<Index> labels;
    for (std::size_t begin = 0; begin < count; begin += pixels) {
        const Canvas canvas{&images[begin], &masks[begin], &left[begin], &right[begin]};
        const auto row = static_cast<Index>(labels.size());
        labels.push_back(make_row(o, row, noise.data<float>().subspan(begin, pixels), canvas));
    }
    const std::vector<std::string> classes = o.label == ShapeLabel::left_kind
                                                 ? std::vector<std::string>{"disk", "square", "triangle", "cross"}
                                                 : std::vector<std::string>{"no disk", "disk"};
    const Shape mask_shape{o.rows, side, side};
    return {{"shapes", Tensor({o.rows, 1, side, side}, images), Indices({o.rows}, labels), classes},
            Tensor(mask_shape, masks),
            Tensor(mask_shape, left),
            Tensor(mask_shape, right)};
}

}  // namespace gradpath::models
