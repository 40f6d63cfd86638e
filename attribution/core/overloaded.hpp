#pragma once
// For std::visit: lambdas side by side, one per alternative.

namespace gradpath::attribution {

template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace gradpath::attribution
