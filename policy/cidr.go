package policy

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// addressFunctions are cidr and containsIP, by the names Kubernetes gave them in CEL. Unlike there an IPv4 address written as IPv6 is
// taken for what it is: listeners for both families report it so, and a rule about 10.0.0.0/8 means it.
func addressFunctions() []cel.EnvOption {
	options := function("cidr", overload{"text_cidr", false, []*cel.Type{cel.StringType}, blockType(), func(a []ref.Val) ref.Val {
		prefix, err := parseBlock(str(a[0]))
		if err != nil {
			return types.WrapErr(fmt.Errorf("cidr: %w", err))
		}
		return addressBlock{prefix}
	}})
	return append(options, function("containsIP", overload{
		"cidr_contains_ip", true,
		[]*cel.Type{blockType(), cel.StringType},
		cel.BoolType,
		func(a []ref.Val) ref.Val {
			address, err := parseAddress(str(a[1]))
			if err != nil {
				return types.WrapErr(fmt.Errorf("containsIP: %w", err))
			}
			return types.Bool(a[0].(addressBlock).Contains(address))
		},
	})...)
}

// What is wrong with a text never repeats it: it may come from the caller.
var (
	errNoBlock    = errors.New("it is no block of addresses: write one such as '10.0.0.0/8' or '2001:db8::/32'")
	errBitsBehind = errors.New("it has bits behind its length")
	errNoAddress  = errors.New("it is no address: write one such as '10.0.0.1' or '2001:db8::1', without a zone or a port")
)

// longestBlock is more than any address or block without a zone has, in bytes.
const longestBlock = 64

// parseBlock reads a block such as 10.0.0.0/8. Bits behind its length are refused, with the block without them: who wrote them meant
// another block.
func parseBlock(text string) (netip.Prefix, error) {
	if len(text) > longestBlock {
		return netip.Prefix{}, errNoBlock
	}
	prefix, err := netip.ParsePrefix(text) // refuses zones
	if err != nil {
		return netip.Prefix{}, errNoBlock
	}
	if at := prefix.Addr(); at.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(at.Unmap(), prefix.Bits()-96)
	} else if at.Is4In6() {
		return netip.Prefix{}, errNoBlock // of IPv4 and other addresses at once
	}
	if prefix != prefix.Masked() {
		return prefix.Masked(), errBitsBehind
	}
	return prefix, nil
}

func parseAddress(text string) (netip.Addr, error) {
	if len(text) > longestBlock {
		return netip.Addr{}, errNoAddress
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return netip.Addr{}, errNoAddress
	}
	return address.Unmap(), nil
}

// constantAddresses checks the blocks and addresses that conditions spell out.
type constantAddresses struct{}

// Name implements cel.ASTValidator.
func (constantAddresses) Name() string { return "mcpgov.addresses" }

// Validate implements cel.ASTValidator.
func (constantAddresses) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.CallKind || len(x.AsCall().Args()) != 1 {
			return
		}
		argument := x.AsCall().Args()[0]
		text, ok := literal[types.String](argument)
		if !ok {
			return
		}
		var err error
		switch x.AsCall().FunctionName() {
		case "cidr":
			var meant netip.Prefix
			if meant, err = parseBlock(string(text)); errors.Is(err, errBitsBehind) {
				err = fmt.Errorf("%w: write '%s', or /%d for the one address", err, meant, meant.Addr().BitLen())
			}
		case "containsIP":
			_, err = parseAddress(string(text))
		}
		if err != nil {
			issues.ReportErrorAtID(argument.ID(), "%s of %s: %v", x.AsCall().FunctionName(), quoted(string(text)), err)
		}
	}))
}

// addressBlock is a block of addresses as conditions hold it.
type addressBlock struct{ netip.Prefix }

// blockType is the type of blocks, by the name it has in Kubernetes.
func blockType() *cel.Type { return cel.OpaqueType("net.CIDR") }

// ConvertToNative implements ref.Val.
func (b addressBlock) ConvertToNative(t reflect.Type) (any, error) {
	if t == reflect.TypeFor[netip.Prefix]() {
		return b.Prefix, nil
	}
	return nil, fmt.Errorf("a block of addresses is no Go %s", t)
}

// ConvertToType implements ref.Val.
func (b addressBlock) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return blockType()
	}
	return types.NewErr("a block of addresses is no %s", t.TypeName())
}

// Equal implements ref.Val.
func (b addressBlock) Equal(other ref.Val) ref.Val { return types.Bool(other == ref.Val(b)) }

// Type implements ref.Val.
func (b addressBlock) Type() ref.Type { return blockType() }

// Value implements ref.Val.
func (b addressBlock) Value() any { return b.Prefix }
