#pragma once
// For geodesic_ig: what is said of rows, to each its own, and of all the same note once.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gradpath/attribution/geometry/relax.hpp>

namespace gradpath::attribution::geometry {

class RowNotes {
public:
    void add(Index row, const std::string& note);
    /// Gives each curve its row's notes; adds those of all rows to `notes`, alike ones, which differ in numbers only,
    /// as one.
    void report(std::vector<Geodesic>& curves, std::vector<std::string>& notes) const;

private:
    std::vector<std::pair<Index, std::string>> all_;
    std::map<std::string, std::pair<Index, std::string>> kinds_;
};

}  // namespace gradpath::attribution::geometry
