#pragma once
// What training minimises: one number for a batch. All are means, so that the size of a step does not depend on the
// size of the batch; all throw ShapeError where shapes differ, as a broadcast would compare every row with every other.
#include <vector>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

struct CrossEntropy {
    /// Share of each label's weight that is spread evenly over all classes (Szegedy et al. 2016, section 7).
    double smoothing = 0;
    /// One per class, or none: a row counts as much as its label's class, and the mean is divided by the sum of these.
    std::vector<double> class_weights = {};
};
/// Mean over the rows of -log softmax(logits)[label]: logits [rows, classes], labels [rows]. With options, with p the
/// softmax, w the class weights and s the smoothing: Σ_rows ((1 - s) w_label (-log p_label) + s/classes Σ_c w_c
/// (-log p_c)) / Σ_rows w_label. Throws ValueError for a smoothing outside [0, 1), weights that are negative or not
/// finite or whose sum over the rows is 0, labels out of range; ShapeError unless there are as many weights as classes.
Tensor mean_cross_entropy(const Tensor& logits, const Indices& labels, const CrossEntropy& options = {});

struct BinaryCrossEntropy {
    double positive_weight = 1;  ///< counts the positive share of each target so many times
};
/// Mean over all numbers of -(w t log σ(z) + (1 - t) log(1 - σ(z))) for logits z and targets t in [0, 1], without
/// overflow: w t softplus(-z) + (1 - t) softplus(z). Throws ValueError for targets outside [0, 1] or a weight that is
/// not above 0 and finite.
Tensor binary_cross_entropy(const Tensor& logits, const Tensor& targets, const BinaryCrossEntropy& options = {});

/// Mean over all numbers of (y - target)².
Tensor mean_squared_error(const Tensor& y, const Tensor& target);
/// Mean over all numbers of |y - target|.
Tensor mean_absolute_error(const Tensor& y, const Tensor& target);
/// Mean over all numbers of e²/2 where e = |y - target| is at most delta, else delta (e - delta/2) (Huber 1964). Throws
/// ValueError for a delta that is not above 0 and finite.
Tensor huber_loss(const Tensor& y, const Tensor& target, double delta = 1);

/// Mean over the rows of -log_probabilities[label]: log_probabilities [rows, classes], as log_softmax gives them,
/// labels [rows]. Throws ValueError for labels out of range.
Tensor negative_log_likelihood(const Tensor& log_probabilities, const Indices& labels);
/// Mean over the rows of Σ p (log p - log q): log_probabilities log q and probabilities p, both [rows, ..]; where p is
/// 0 nothing is added. Throws ValueError for a p below 0.
Tensor kl_divergence(const Tensor& log_probabilities, const Tensor& probabilities);

}  // namespace gradpath::nn
