#pragma once
// Points cut into chunks, of which several may run at once, a thread to each.
#include <cstddef>
#include <functional>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution {

struct Chunks {
    Index count;    ///< of points
    Index at_once;  ///< chunks
    Index points;   ///< of a chunk, at most

    /// Gets the points first .. last-1 of a chunk, and its place among those that run at once: 0 .. at_once-1.
    using Part = std::function<void(std::size_t place, Index first, Index last)>;
    /// For the chunks that run at once, again and again: `prepare` each, in order; `work` on all, at once, loops within
    /// it on its own thread if there are several; `take` each, in order. Throws what these throw (of several, any).
    void run(const Part& prepare, const Part& work, const Part& take) const;
    /// Drops what `work` left at each place, on the thread that is likely to have made it: into its pool of blocks.
    template <class Results>
    void drop(Results& results) const {
        each(at_once, [&](std::size_t place) { results[place] = {}; });
    }

private:
    static void each(Index parts, const std::function<void(std::size_t place)>& f);
};

}  // namespace gradpath::attribution
