#pragma once
// Figures of several methods, measured on several worlds or images, as rows and tables of means with their intervals.
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/quality/confidence.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {

class Collected {
public:
    void add(const std::string& method, const std::string& figure, double value);
    /// All values of a figure, in the order they came; empty where there are none.
    std::span<const double> values(const std::string& method, const std::string& figure) const;
    double mean(const std::string& method, const std::string& figure) const;  ///< NaN where there are none

    /// One row for each method and figure: mean and 95 % interval over the values, with the note of the method.
    struct Note {
        std::string method, words;
    };
    void append_rows(Study& study, std::span<const Note> notes) const;
    /// Methods down, figures across, "mean ± half of the interval". A figure "cosine, 456 evaluations" that ends in
    /// `suffix` is headed without it, and others are left out; so are methods without any of them.
    Table table(const std::string& caption, const std::string& suffix = {}) const;

private:
    struct Series {
        std::string method, figure;
        std::vector<double> values;
    };
    std::vector<Series> series_;
};

/// "0.912 ± 0.041", or the mean alone where the ends are not known or equal to it.
std::string interval_text(const attribution::quality::Confidence& c);

/// Mean and 95 % interval of a figure that was measured on several images, as a row and as "0.912 ± 0.041".
StudyRow mean_row(const std::string& method, const std::string& figure, std::span<const double> values);
std::string mean_text(std::span<const double> values);

}  // namespace gradpath::tools
