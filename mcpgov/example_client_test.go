package mcpgov_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpgov/go-sdk/mcpgov"
)

// call connects a client in memory, as a host does for its user, calls a tool and prints how it ended.
func call(srv *mcpgov.Server, user mcpgov.User, tool string, arguments map[string]any) {
	ctx := context.Background()
	serverEnd, clientEnd := mcp.NewInMemoryTransports()
	connection := ctx
	if user.ID != "" {
		connection = mcpgov.WithUser(ctx, user)
	}
	if _, err := srv.Connect(connection, serverEnd); err != nil {
		fmt.Println(err)
		return
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "example", Version: "1"}, nil).Connect(ctx, clientEnd, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = session.Close() }()
	result, err := session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(shown(result))
}

// shown is a result as its texts, of which the first is its structured JSON, and a refusal as its code and message.
func shown(result *mcp.CallToolResult) string {
	text, ok := result.Content[0].(*mcp.TextContent)
	if !ok {
		return "no text"
	}
	if !result.IsError {
		all := text.Text
		for _, block := range result.Content[1:] {
			if more, ok := block.(*mcp.TextContent); ok {
				all += "\n" + more.Text
			}
		}
		return all
	}
	var refusal struct {
		Code, Message string
	}
	if err := json.Unmarshal([]byte(text.Text), &refusal); err != nil {
		return err.Error()
	}
	return refusal.Code + ": " + refusal.Message
}
